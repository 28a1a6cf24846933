"""The proofs, one file for each behaviour."""
