"""What can go wrong, by what the caller can do about it.

PlumblineError
├── SettingsError     the settings or a rule pack are wrong: mend the file, start again
├── InputError        a picture or video handed in cannot be read: hand in another
├── ModelError        the pose model is missing, damaged or of the wrong shape: bring it again
├── CaptureError      a camera gives no pictures now: wait and try again
├── StoreError        the database cannot be used as it is: see the message
└── NotifyError       a receiver did not take a message: try again later
"""


class PlumblineError(Exception):
    """Anything Plumbline says itself; the message is one sentence for a person."""


class SettingsError(PlumblineError):
    pass


class InputError(PlumblineError):
    pass


class ModelError(PlumblineError):
    pass


class CaptureError(PlumblineError):
    pass


class StoreError(PlumblineError):
    pass


class NotifyError(PlumblineError):
    pass
