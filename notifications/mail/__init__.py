"""Mail: composed once, kept as bytes, sent phase by phase, and refused by whoever wants none."""
