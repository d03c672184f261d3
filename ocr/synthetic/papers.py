"""Which layouts a material type has, and which of them training may see. The one table that grows when a paper is
added.

Knows material codes and layout functions. A layout takes (identity, dpi, rng) and returns a drawn page whose
truth names its materials. In a type's row come the layouts to train on, then the one for calibration, and last the
one for measuring.
"""

from __future__ import annotations

from typing import Literal

from ocr.synthetic import strangers
from ocr.synthetic.layouts import (
    accompanying,
    applications,
    border_papers,
    cards,
    certificates,
    civil_papers,
    compulsory_policies,
    conformity,
    corrections,
    counter_papers,
    customs,
    customs_notices,
    deeds,
    departures,
    disposals,
    dossiers,
    driver_applications,
    driver_forms,
    driving_records,
    entrustments,
    exams,
    foreign_licences,
    hmt_papers,
    identity_papers,
    inspection,
    inspection_forms,
    inspection_photographs,
    invoice_editions,
    invoices,
    legal,
    licences,
    medical,
    organisations,
    parts,
    permits,
    photographs,
    plate_photographs,
    policies,
    portrait_prints,
    portraits,
    quotas,
    registration_books,
    reports_of_inspection,
    residence_papers,
    returned_plates,
    rubbing_slips,
    scrapping,
    service_papers,
    statements,
    strays,
    taxes,
    vehicle_forms,
    vehicle_licences,
)
from ocr.synthetic.page import Layout

Split = Literal["train", "calibrate", "measure"]
SHARES: tuple[Split, ...] = ("train", "calibrate", "measure")

_FIRST: dict[str, tuple[Layout, ...]] = {
    "M-ID-01": (
        cards.identity_both_sides,
        cards.identity_side_by_side,
        cards.identity_portrait_side,
        cards.identity_emblem_side,
    ),
    "M-FM-01": (vehicle_forms.vehicle_application, vehicle_forms.vehicle_application_printed),
    "M-FM-05": (driver_forms.licence_application, driver_forms.licence_application_plain),
    "M-SR-01": (invoices.new_vehicle, invoices.new_vehicle_digital),
    "M-SR-02": (invoices.used_vehicle, invoices.used_vehicle_sheet),
    "M-CT-01": (certificates.conformity, certificates.conformity_table),
    "M-IN-01": (policies.insurance,),
    "M-TX-01": (policies.tax_paid,),
    "M-IP-02": (inspection.inspection_record, inspection.inspection_record_with_rubbing),
    "M-IP-03": (inspection.rubbing_sheet, inspection.rubbing_strip),
    "M-IP-04": (inspection.car_photo, inspection.car_photo_wide),
    "M-LC-01": (certificates.registration_certificate, certificates.registration_certificate_wide),
    "M-LC-02": (cards.vehicle_licence, cards.vehicle_licence_wide),
    "M-DR-02": (driver_forms.medical_certificate,),
    "M-DR-03": (inspection.portrait_sheet, inspection.portrait_receipt),
    "M-OT-01": (driver_forms.loss_statement, driver_forms.pledge),
}


# A type's last two layouts calibrate and measure: a module with more of them to train on stands before their module
# (`rubbing_slips`, `inspection_photographs`, `portrait_prints`, `plate_photographs`).
_FURTHER = (
    accompanying,
    applications,
    border_papers,
    civil_papers,
    compulsory_policies,
    conformity,
    corrections,
    counter_papers,
    customs,
    customs_notices,
    deeds,
    departures,
    disposals,
    dossiers,
    driver_applications,
    driving_records,
    entrustments,
    exams,
    foreign_licences,
    hmt_papers,
    identity_papers,
    rubbing_slips,
    inspection_forms,
    invoice_editions,
    legal,
    licences,
    medical,
    organisations,
    parts,
    permits,
    inspection_photographs,
    photographs,
    portrait_prints,
    portraits,
    quotas,
    registration_books,
    reports_of_inspection,
    residence_papers,
    plate_photographs,
    returned_plates,
    scrapping,
    service_papers,
    statements,
    taxes,
    vehicle_licences,
)


_STRAYS: tuple[Layout, ...] = (strays.shopping_list, strays.letter, strays.meeting_notice)


def _merged() -> dict[str, tuple[Layout, ...]]:
    rows = dict(_FIRST)
    for module in _FURTHER:
        for code, layouts in module.LAYOUTS.items():
            rows[code] = rows.get(code, ()) + tuple(layouts)
    rows[strangers.UNKNOWN] = (*_STRAYS, *strangers.STRANGERS.values())
    return rows


LAYOUTS: dict[str, tuple[Layout, ...]] = _merged()

BLANK: Layout = strays.blank
KNOWN: tuple[str, ...] = tuple(code for code in LAYOUTS if code != strangers.UNKNOWN)


def split(code: str) -> dict[Split, tuple[Layout, ...]]:
    """The layouts of a type that training, calibration and measuring may use. A type with two has none to train on:
    there training sees composed pages alone."""
    if code == strangers.UNKNOWN:
        apart: dict[Split, tuple[Layout, ...]] = {
            share: tuple(strangers.STRANGERS[name] for name in strangers.SPLIT[share]) for share in SHARES
        }
        return apart | {"train": _STRAYS + apart["train"]}
    layouts = LAYOUTS[code]
    return {"train": layouts[:-2], "calibrate": layouts[-2:-1], "measure": layouts[-1:]}
