"""Time → workflow. House-keeping only: nothing a visitor waits for hangs on the clock."""
