"""Nouns of the companies floor."""

from companies.models.certificate import Certificate, CertificateJudgment
from companies.models.change import RegisterChange
from companies.models.company import Company, CompanyIndustry, Place, YearlyFigure
from companies.models.consent import Consent, ConsentText
from companies.models.destruction import DestructionRecord
from companies.models.letter import Letter
from companies.models.mark import FinancialMark
from companies.models.member import Claim, Contact, Invitation, Member
from companies.models.merge import Merge
from companies.models.product import Product, ProductGroup
from companies.models.size import CompanySize
from companies.models.standing import Ban, Sight, StatusCheck
from companies.models.succession import DistinctPair, Succession
from companies.models.support import Support, SupportDeclaration, SupportList

__all__ = [
    "Ban",
    "Certificate",
    "CertificateJudgment",
    "Claim",
    "Company",
    "CompanyIndustry",
    "CompanySize",
    "Consent",
    "ConsentText",
    "Contact",
    "DestructionRecord",
    "DistinctPair",
    "FinancialMark",
    "Invitation",
    "Letter",
    "Member",
    "Merge",
    "Place",
    "Product",
    "ProductGroup",
    "RegisterChange",
    "Sight",
    "StatusCheck",
    "Succession",
    "Support",
    "SupportDeclaration",
    "SupportList",
    "YearlyFigure",
]
