"""From a bare Python to a house that can start: what the commands of bin/ share, in the standard library alone."""
