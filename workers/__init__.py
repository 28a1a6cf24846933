"""The engine room: what runs the house, what is due, and the commands of `maillage`."""
