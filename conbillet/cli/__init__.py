"""The command line of ConBillet and the supervisor behind `up`."""
