"""Which layouts a material type has. The one table that grows when a paper is added.

Knows material codes and layout functions. A layout takes (identity, dpi, rng) and returns a drawn page whose
truth names its materials.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts import (
    cards,
    certificates,
    driver_forms,
    inspection,
    invoices,
    policies,
    strays,
    vehicle_forms,
)
from ocr.synthetic.page import Page

Layout = Callable[[Identity, int, np.random.Generator], Page]

LAYOUTS: dict[str, tuple[Layout, ...]] = {
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
    "M-OT-99": (strays.shopping_list, strays.letter, strays.meeting_notice),
}

BLANK: Layout = strays.blank
