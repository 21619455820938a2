"""What would keep others waiting, worked out in a process of its own: see `pool.AsidePool`."""
