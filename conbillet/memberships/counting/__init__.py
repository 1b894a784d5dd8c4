"""Who counts when grants are applied for, and why not: rules as data (`rule_sets.toml`), one function over them."""
