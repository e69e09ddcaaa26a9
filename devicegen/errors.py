"""The errors a user can act on. Each message is one sentence or two: where, found, expected, what to do."""


class Dev2NetError(Exception):
    """Base of every error caused by input, files or an engine; shown to the user without a traceback."""


class ConfigError(Dev2NetError):
    """A configuration value that is misspelt, missing or makes no sense."""


class TableError(Dev2NetError):
    """A device table that is truncated, altered, of an unknown version, or self-contradictory."""


class PulseFileError(Dev2NetError):
    """A pulse file or its ``device.yaml`` that cannot be understood."""


class EngineError(Dev2NetError):
    """A micromagnetic engine that is missing, failed, hung or left incomplete output."""


class ScriptError(Dev2NetError):
    """A ``.mx3`` script that is wrong, or asks for what the embedded engine does not have."""


class MnistError(Dev2NetError):
    """An image or label file that is missing or is not what it should be."""
