"""From described files to pulses: a module for each way in which files hold them, ending in one `PulseRecord`."""
