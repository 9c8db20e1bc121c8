import MartletCore
import Testing

@Suite struct ProbeRoutesTests {
    @Test func theServiceSaysThatItLivesAndIsReadyWithoutAKey() async throws {
        try await TestService.with { service in
            let stranger = service.client(nil)

            let health = try await stranger.get("/healthz")
            let readiness = try await stranger.get("/readyz")

            #expect(health.status == 200)
            #expect(health.text == "ok\n")
            #expect(readiness.status == 200)
            #expect(readiness.text == "ready\n")
        }
    }

    @Test func metricsArePrometheusText() async throws {
        try await TestService.with { service in
            _ = try await service.admin.publish()

            let metrics = try await service.client(nil).get("/metrics")

            #expect(metrics.status == 200)
            #expect(metrics.raw.header("content-type") == "text/plain; version=0.0.4")
            #expect(metrics.text.contains("# TYPE "))
            #expect(metrics.text.split(separator: "\n").contains { $0.hasPrefix("martlet_") && $0.hasSuffix(" 1") })
        }
    }
}
