"""What the rows of the fault matrix are built from: a server to hurt, receivers that misbehave, a table of verdicts."""
