"""What qcow2 cannot hold of a snapshot: what it came from, what somebody noted, what the guest's screen showed."""
