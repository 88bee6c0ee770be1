"""Web servers on loopback for the tests: a newspaper to be told what to do, and ones that misbehave on purpose."""
