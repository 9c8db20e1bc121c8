// swift-tools-version: 6.2
import PackageDescription

let language: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let strict = language + [.enableUpcomingFeature("MemberImportVisibility")]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "WebhookSigning", targets: ["WebhookSigning"]),
        .library(name: "WebhookSigningHummingbird", targets: ["WebhookSigningHummingbird"]),
        .executable(name: "martlet", targets: ["martlet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.2.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    ],
    targets: [
        .target(
            name: "WebhookSigning",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "WebhookSigningHummingbird",
            dependencies: [
                "WebhookSigning",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "receiver-example",
            dependencies: [
                "WebhookSigning", "WebhookSigningHummingbird",
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Examples/Receiver", swiftSettings: language),
        .target(name: "MartletCore", dependencies: ["WebhookSigning"], swiftSettings: strict),
        .target(name: "MartletStore", dependencies: ["MartletCore", "WebhookSigning"], swiftSettings: strict),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "MartletSQLite",
            dependencies: ["MartletCore", "MartletStore", "CSQLite"],
            swiftSettings: strict),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "MartletPostgres",
            dependencies: ["MartletCore", "MartletStore", "CPostgres"],
            swiftSettings: strict),
        .target(
            name: "MartletDelivery",
            dependencies: [
                "MartletCore", "MartletService", "MartletStore", "WebhookSigning",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "MartletService",
            dependencies: [
                "MartletCore", "MartletStore", "WebhookSigning",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "MartletMail",
            dependencies: [
                "MartletCore", "MartletService",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "MartletAPI",
            dependencies: [
                "MartletCore", "MartletService", "MartletStore", "WebhookSigning",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "MartletDashboard",
            dependencies: [
                "MartletCore", "MartletService", "MartletStore", "WebhookSigning",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Assets/dashboard.css"), .embedInCode("Assets/dashboard.js")],
            swiftSettings: strict),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "MartletAPI", "MartletCore", "MartletDashboard", "MartletDelivery", "MartletMail", "MartletPostgres",
                "MartletService", "MartletSQLite", "MartletStore", "WebhookSigning",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            // Without MemberImportVisibility: optimised, it hides the members of Glibc's `timespec` from this target.
            swiftSettings: language),
        .target(
            name: "MartletTesting",
            dependencies: ["MartletCore", "MartletStore", "WebhookSigning"],
            swiftSettings: strict),
        .target(
            name: "MartletSimulation",
            dependencies: ["MartletCore", "MartletDelivery", "MartletService", "MartletStore", "MartletTesting"],
            path: "Tests/Simulation/MartletSimulation", swiftSettings: strict),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "MartletSimulation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulation/Simulate", swiftSettings: strict),
        .executableTarget(
            name: "json-fuzz", dependencies: ["MartletCore"], path: "Fuzz/JSONFuzz", swiftSettings: strict),
        .executableTarget(
            name: "store-benchmark",
            dependencies: ["MartletCore", "MartletPostgres", "MartletSQLite", "MartletStore", "MartletTesting"],
            path: "Benchmarks/StoreBenchmark", swiftSettings: strict),
        .testTarget(
            name: "WebhookSigningTests", dependencies: ["WebhookSigning"], resources: [.copy("Vectors")],
            swiftSettings: strict),
        .testTarget(
            name: "WebhookSigningHummingbirdTests",
            dependencies: [
                "WebhookSigning", "WebhookSigningHummingbird",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletCoreTests", dependencies: ["MartletCore", "WebhookSigning"], resources: [.copy("Corpora")],
            swiftSettings: strict),
        .testTarget(
            name: "MartletStoreTests", dependencies: ["MartletCore", "MartletStore", "MartletTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "MartletSQLiteTests",
            dependencies: ["CSQLite", "MartletCore", "MartletSQLite", "MartletStore", "MartletTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "MartletPostgresTests",
            dependencies: [
                "CPostgres", "MartletCore", "MartletPostgres", "MartletSQLite", "MartletStore", "MartletTesting",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletDeliveryTests",
            dependencies: [
                "MartletCore", "MartletDelivery", "MartletMail", "MartletService", "MartletSimulation", "MartletSQLite",
                "MartletStore", "MartletTesting", "WebhookSigning",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletServiceTests",
            dependencies: [
                "MartletCore", "MartletService", "MartletSQLite", "MartletStore", "MartletTesting", "WebhookSigning",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletAPITests",
            dependencies: [
                "MartletAPI", "MartletCore", "MartletDelivery", "MartletService", "MartletSQLite", "MartletStore",
                "MartletTesting", "WebhookSigning",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletDashboardTests",
            dependencies: [
                "MartletAPI", "MartletCore", "MartletDashboard", "MartletDelivery", "MartletService", "MartletSQLite",
                "MartletStore", "MartletTesting", "WebhookSigning",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletCommandTests",
            dependencies: [
                "martlet", "MartletCore", "MartletDelivery", "MartletService", "MartletSQLite", "WebhookSigning",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: language),
        .testTarget(
            name: "EndToEndTests", dependencies: ["martlet", "receiver-example", "WebhookSigning"],
            exclude: ["Payloads", "Receivers"],
            swiftSettings: strict),
    ]
)
