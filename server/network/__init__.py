"""Sockets and frames: wires, connections, who listens to what, and how nothing is missed."""
