-- Search keeps no tables, only what makes its questions quick on a hundred thousand systems.
CREATE INDEX search_system_certificate ON info_system (filing_cert_no);
CREATE INDEX search_person_mobile ON org_person (mobile);
