"""Measures Chattar against what a firm would take instead: same load, same run. See README.md."""
