"""From pictures to bodies: the engines and the models they read."""
