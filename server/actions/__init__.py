"""What may be done: a module for each noun, its functions the verbs. Every side effect of a verb stands in it (P10)."""
