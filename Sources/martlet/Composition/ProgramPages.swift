import Glibc

/// The pages of memory that hold the program's own code and its libraries'.
enum ProgramPages {
    /// Takes them out of the process's memory, most of which only starting needed: what is used again comes back from the
    /// system's cache of files. Linux counts them as the process's for as long as it runs otherwise.
    static func release() {
        guard let bytes = try? TextFile.read("/proc/self/maps", atMost: 1 << 20) else { return }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let pages = code(in: line) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: pages.lowerBound), pages.count, MADV_DONTNEED)
        }
    }

    /// Where the code is that a line of `/proc/self/maps` tells of. Only what is executable: pages that could have been
    /// written to, as a table of addresses was when the program was linked, would lose what was written.
    static func code(in line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
            return nil
        }
        let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
        return start..<end
    }
}
