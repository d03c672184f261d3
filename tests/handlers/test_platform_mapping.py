"""A wrong mapping file is refused by the entry that is wrong; no number in ours can be taken for a real
one.
"""

import pytest
import yaml

from handlers.platform import mapping


def test_the_packaged_numbers_are_recognisably_made_up():
    numbers = mapping.load().numbers()
    assert len(numbers) == 5
    assert all(number[2] == "X" for number in numbers)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda content: content["write"].pop("driver"), "write.driver"),
        (lambda content: content["write"]["vehicle"].update(interface="1C1"), "write.vehicle.interface"),
        (lambda content: content["write"]["vehicle"]["tags"].update(vin="a b"), "write.vehicle.tags"),
        (lambda content: content["write"]["vehicle"]["tags"].update(vin="zp"), "write.vehicle.tags"),
        (lambda content: content["write"]["vehicle"]["tags"].pop("image"), "image"),
        (lambda content: content["query"]["driver"].update(node="<veh>"), "query.driver.node"),
        (lambda content: content["time"].update(interface="01X01"), "01X01"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, change, named):
    content = yaml.safe_load(mapping.PACKAGED.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(mapping.MappingInvalid, match=named):
        mapping.load(path)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "write: 3"])
def test_a_file_of_another_shape_is_refused(tmp_path, text):
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(mapping.MappingInvalid):
        mapping.load(path)
