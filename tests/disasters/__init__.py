"""What must survive the death of servers: histories under faults, and a checker that looks at the whole of each."""
