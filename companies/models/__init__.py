"""Nouns of the companies floor."""

from companies.models.certificate import Certificate, CertificateJudgment
from companies.models.company import Company, CompanyIndustry, Place, YearlyFigure
from companies.models.consent import Consent, ConsentText
from companies.models.destruction import DestructionRecord
from companies.models.letter import Letter
from companies.models.member import Claim, Contact, Invitation, Member
from companies.models.product import Product
from companies.models.standing import Ban, Sight, StatusCheck

__all__ = [
    "Ban",
    "Certificate",
    "CertificateJudgment",
    "Claim",
    "Company",
    "CompanyIndustry",
    "Consent",
    "ConsentText",
    "Contact",
    "DestructionRecord",
    "Invitation",
    "Letter",
    "Member",
    "Place",
    "Product",
    "Sight",
    "StatusCheck",
    "YearlyFigure",
]
