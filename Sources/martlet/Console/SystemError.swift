import Glibc

/// What the system says of its last refusal: `Permission denied`.
func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
