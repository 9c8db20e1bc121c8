import Testing

@testable import martlet

@Suite struct ProgramPagesTests {
    @Test(arguments: [
        ("55d0c0a00000-55d0c1c00000 r-xp 00a00000 fe:00 1234    /opt/martlet/bin/martlet", 0x55d0_c0a0_0000),
        ("7f00a0000000-7f00a0001000 r-xp 00001000 fe:00 9    /usr/lib/with a space.so", 0x7f00_a000_0000),
    ])
    func codeFromAFileIsFound(line: String, start: UInt) {
        #expect(ProgramPages.code(in: line[...])?.lowerBound == start)
    }

    @Test(arguments: [
        "55d0c2a00000-55d0c2c00000 r--p 02a00000 fe:00 1234    /opt/martlet/bin/martlet",
        "55d0c2c00000-55d0c2d00000 rw-p 02c00000 fe:00 1234    /opt/martlet/bin/martlet",
        "7ffd0b1f2000-7ffd0b1f4000 r-xp 00000000 00:00 0    [vdso]",
        "7f00b0000000-7f00b0001000 r-xp 00000000 00:00 0",
        "7f00b0001000-7f00b0000000 r-xp 00000000 fe:00 9    /usr/lib/libc.so.6",
        "a line of another kind",
        "",
    ])
    func whatIsNotCodeFromAFileIsLeft(line: String) {
        #expect(ProgramPages.code(in: line[...]) == nil)
    }

    @Test func theProgramGoesOnWithoutThem() {
        ProgramPages.release()

        #expect(ProgramPages.code(in: "0-1000 r-xp 00000000 fe:00 9    /bin/true") == 0..<0x1000)
    }
}
