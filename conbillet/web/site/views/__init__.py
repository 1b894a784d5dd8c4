"""Pages about the site itself: policy, cookies, help, and what machines ask for."""
