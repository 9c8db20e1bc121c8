/// What a listener has to tell, for whoever shows it.
enum ListenNews: Sendable {
    /// The server hands attempts out from now on.
    case listening
    /// There is no connection, for this reason; it is tried again after so long.
    case lost(String, retryIn: Duration)
    /// An attempt is being forwarded.
    case forwarding(ListenedAttempt)
    /// The receiver has answered, or will not any more.
    case forwarded(ForwardResult)
    /// An attempt was handed out that was forwarded before: the server is told again what came of it.
    case repeated(ForwardResult)
    /// The server has recorded an answer.
    case recorded(ForwardResult)
    /// The server cannot be told what came of an attempt; it is tried again.
    case owed(ForwardResult, String)
    /// What an earlier run had kept is told now: so many answers.
    case resumed(Int)
}
