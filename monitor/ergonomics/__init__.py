"""What ergonomics knows, as pure functions of angles and seconds: numpy and nothing else.

Tables and limits are facts of published methods; every module names its source, version and how
far each was verified in its `METHOD`.
"""
