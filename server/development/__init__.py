"""The demo world and what shows it. Nothing here is needed by a firm."""
