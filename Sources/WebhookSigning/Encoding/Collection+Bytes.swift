extension Collection<UInt8> {
    /// Hands the bytes over where they are when they lie together, else in a copy.
    func withBytes<Result, Failure: Error>(
        _ use: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome = withContiguousStorageIfAvailable { buffer in
            Swift.Result { () throws(Failure) in try use(UnsafeRawBufferPointer(buffer)) }
        }
        if let outcome { return try outcome.get() }
        let copied = Array(self).withUnsafeBytes { bytes in
            Swift.Result { () throws(Failure) in try use(bytes) }
        }
        return try copied.get()
    }
}
