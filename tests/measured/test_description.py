"""device.yaml: every mistake becomes one sentence that names the file, the key and what was expected."""

import pytest
from pulse_folders import RAMPS, ROWS, merged

from devicegen.errors import PulseFileError
from devicegen.measured.description.model import read_description


@pytest.mark.parametrize("content", [ROWS, RAMPS])
def test_complete_description_is_read(lab, content):
    found = read_description(lab(content))
    assert found.device == "lab"
    assert found.layout == content["layout"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"devise": "x"}, "unknown key 'devise'; did you mean 'device'?"),
        ({"columns": {"polaritty": "p"}}, "unknown key 'columns.polaritty'; did you mean 'polarity'?"),
        ({"columns": {"before": {"unit": "S"}}}, "unknown key 'columns.before.unit'; did you mean 'units'?"),
        ({"pulse": {"sett": {}}}, "unknown key 'pulse.sett'; did you mean 'set'?"),
        ({"zzz": 1}, "unknown key 'zzz'; expected one of device, synthetic"),
        ({"source": None}, "the key 'source' is missing"),
        ({"layout": "one_row_per_pulse"}, "did you mean 'one_row_a_pulse'?"),
        ({"synthetic": "perhaps"}, "key 'synthetic' is 'perhaps'"),
        ({"columns": {"before": {"units": "uSi"}}}, "unknown units 'uSi'.*did you mean 'uS'"),
        ({"columns": {"before": "G0", "after": None}}, "column 'G0' states no units"),
        ({"columns": {"before": {"units": "V"}}}, "units 'V' mean a voltage, expected a conductance"),
        ({"columns": {"before": None, "after": None}}, "no read to take a conductance from"),
        ({"columns": {"amplitude": {"name": "V", "units": "s"}}}, "units 's' mean a time, expected a voltage"),
        ({"columns": {"before": {"units": "uA"}}}, "need 'read_voltage_V'"),
        ({"columns": {"before": {"units": "1"}}}, "units '1' and the key 'arbitrary_scale' come together"),
        ({"columns": None}, "layout one_row_a_pulse needs the key 'columns'"),
        ({"ramp_units": "S"}, "has no use for the key 'ramp_units'"),
        ({"polarity": None}, "files of both polarities need the key 'polarity'"),
        ({"polarity": {"reset": None}}, "codes for both 'set' and 'reset', or 'set_sign' alone"),
        ({"polarity": {"set": True}}, "put the code in quotes"),
        ({"polarity": {"set": None, "reset": None, "set_sign": "negative"}}, "told by the amplitude"),
        ({"files": {"set": "s.csv"}}, "either 'pulses', or both 'set' and 'reset'"),
        ({"conductance_range": {"min_S": 2e-6, "max_S": 1e-6}}, "min_S 2e-06 is not below max_S 1e-06"),
        ({"device": "../elsewhere"}, "device is '../elsewhere', expected letters"),
        (
            {"device": "my device"},
            "device is 'my device', expected letters, digits, '_' or '-', starting",
        ),
        ({"device": "gerät"}, "device is 'gerät', expected letters, digits"),
        ({"device": ".."}, "device is '..', expected letters, digits"),
        ({"read_noise": {"subtract": True, "sigma_of_G": 0.1}}, "sigma_of_G adds to sigma_S, which is missing"),
        ({"read_noise": {"subtrat": True}}, "unknown key 'read_noise.subtrat'; did you mean 'subtract'?"),
        ({"layout": "crosssim_tables"}, "crosssim_tables needs 'files' of as many files for 'set' as for 'reset'"),
        (
            {"layout": "crosssim_tables", "files": {"pulses": None, "set": "a", "reset": "b"}},
            "crosssim_tables has no use for the key 'columns'",
        ),
        ({"device": "other"}, "device is 'other', but the folder is called 'lab'"),
        ({"pulse": {"set": {"width_s": -1}}}, "key 'pulse.set.width_s' is -1"),
    ],
)
def test_mistakes_are_one_sentence(lab, change, message):
    folder = lab(merged(ROWS, change))
    with pytest.raises(PulseFileError, match=message) as caught:
        read_description(folder)
    assert str(caught.value).startswith(f"{folder / 'device.yaml'}: ")
    assert "\n" not in str(caught.value)


def test_ramps_in_one_file_need_their_columns(lab):
    with pytest.raises(PulseFileError, match="need 'ramp_columns'"):
        read_description(lab(merged(RAMPS, {"files": {"set": None, "reset": None, "pulses": "both.csv"}})))


@pytest.mark.parametrize("content", ["a: [1, 2", "just words", "- a\n- b\n", ""])
def test_what_is_not_a_mapping_is_refused(tmp_path, content):
    (tmp_path / "device.yaml").write_text(content)
    with pytest.raises(PulseFileError, match=r"device\.yaml: (not readable as YAML|found)"):
        read_description(tmp_path)


def test_key_given_twice_is_refused(tmp_path):
    (tmp_path / "device.yaml").write_text("device: a\nsource: x\ndevice: b\n")
    with pytest.raises(PulseFileError, match="the key 'device' comes twice"):
        read_description(tmp_path)


def test_missing_description(tmp_path):
    with pytest.raises(PulseFileError, match=r"device\.yaml: no such file"):
        read_description(tmp_path)
