public import MartletCore
public import MartletStore

/// A ``Courier`` that shares the work with those of other nodes, as ``Membership`` sees it.
public protocol NodeCourier: Courier {
    /// No attempt is to start before ``goOn()``: this node may be taken for dead any moment.
    func halt()
    /// Attempts may start again, where they were halted.
    func goOn()
    /// The node was taken for dead: nothing that waits is its own any more. As ``halt()``.
    func lapsed()
    /// The node has joined again: looks what is its own, then attempts may start.
    func rejoined() async throws(StoreError)
    /// What another node left has become this one's.
    func tookOver(_ step: TakeOver)
    /// The leases of these exclusive endpoints, and of no others, are this node's.
    func holds(_ leases: Set<EndpointID>)
    /// Another node may have stored something for these endpoints, whose leases this node may hold.
    func mayHaveGrown(_ endpoints: [EndpointID])
    /// Looks what waits, in case that news of it was lost.
    func lookAgain() async throws(StoreError)
}
