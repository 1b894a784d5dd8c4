"""What `bin/conbillet privacy` can do, one file each."""
