import MartletCore
import MartletService
import MartletTesting
import Testing

@Suite struct SecretVaultTests {
    private func vault(_ byte: UInt8) throws -> SecretVault {
        try #require(SecretVault(masterKey: [UInt8](repeating: byte, count: SecretVault.keyLength)))
    }

    @Test func whatIsSealedIsOpenedByTheSameKeyForTheSameOwner() throws {
        let vault = try vault(1)
        let secret = Array("quite secret".utf8)

        let sealed = vault.seal(secret, owner: "ep_1")

        #expect(try vault.open(sealed, owner: "ep_1") == secret)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("quite"))
        #expect(vault.seal(secret, owner: "ep_1") != sealed, "each seal has a nonce of its own")
    }

    @Test func anotherKeyAnotherOwnerAndEveryFlippedBitAreRefused() throws {
        let vault = try vault(1)
        let sealed = vault.seal(Array("s".utf8), owner: "ep_1")

        #expect(throws: SecretVault.WrongKey.self) { try self.vault(2).open(sealed, owner: "ep_1") }
        #expect(throws: SecretVault.WrongKey.self) { try vault.open(sealed, owner: "ep_2") }
        #expect(throws: SecretVault.WrongKey.self) { try vault.open([], owner: "ep_1") }
        for bit in 0..<sealed.count * 8 {
            var tampered = sealed
            tampered[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SecretVault.WrongKey.self) { try vault.open(tampered, owner: "ep_1") }
        }
    }

    @Test(arguments: [0, 16, 31, 33, 64])
    func aMasterKeyHas32Bytes(count: Int) {
        #expect(SecretVault(masterKey: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func theFirstMasterKeyIsTheOnlyOne() async throws {
        let store = InMemoryStore()
        func bootstrap(_ byte: UInt8) throws -> Bootstrap {
            Bootstrap(
                store: store, vault: try vault(byte), identifiers: IdentifierSource(), time: ManualTimeSource())
        }

        try await bootstrap(1).checkMasterKey()
        try await bootstrap(1).checkMasterKey()

        await #expect(throws: SecretVault.WrongKey.self) { try await bootstrap(2).checkMasterKey() }
    }
}
