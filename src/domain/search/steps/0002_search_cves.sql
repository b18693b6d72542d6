-- Numbers of vulnerabilities: several in one text, so they are looked through, but in an index that holds nothing else.
CREATE INDEX search_finding_cves ON finding (cves) WHERE cves IS NOT NULL;
