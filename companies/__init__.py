"""Who: companies, their members, certificates, figures, products, consents and bans."""
