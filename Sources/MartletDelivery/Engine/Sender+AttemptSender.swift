/// The sender makes the attempts of a running service.
extension Sender: AttemptSender {}
