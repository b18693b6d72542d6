-- The rest of the table of practice (SA3): who operates, accounts, people's other means, measures one by one, the cryptography evaluation.
ALTER TABLE info_system ADD COLUMN operating_unit_id INTEGER;
ALTER TABLE info_system ADD COLUMN wx_name TEXT;
ALTER TABLE info_system ADD COLUMN wx_kind TEXT;
ALTER TABLE info_system ADD COLUMN app_platform TEXT;
ALTER TABLE info_system ADD COLUMN app_store TEXT;
ALTER TABLE info_system ADD COLUMN owner_title TEXT;
ALTER TABLE info_system ADD COLUMN owner_phone TEXT;
ALTER TABLE info_system ADD COLUMN owner_email TEXT;
ALTER TABLE info_system ADD COLUMN contact_title TEXT;
ALTER TABLE info_system ADD COLUMN contact_phone TEXT;
ALTER TABLE info_system ADD COLUMN contact_email TEXT;
ALTER TABLE info_system ADD COLUMN ops_mobile TEXT;
ALTER TABLE info_system ADD COLUMN build_basis TEXT;
ALTER TABLE info_system ADD COLUMN nda_date TEXT;
ALTER TABLE info_system ADD COLUMN cloud_crypto_conclusion TEXT;
ALTER TABLE info_system ADD COLUMN vm_count INTEGER;
ALTER TABLE info_system ADD COLUMN measure_intrusion INTEGER;
ALTER TABLE info_system ADD COLUMN measure_antivirus INTEGER;
ALTER TABLE info_system ADD COLUMN measure_anti_ddos INTEGER;
ALTER TABLE info_system ADD COLUMN measure_traffic INTEGER;
ALTER TABLE info_system ADD COLUMN measure_anti_tamper INTEGER;
ALTER TABLE info_system ADD COLUMN measure_dns INTEGER;
ALTER TABLE info_system ADD COLUMN measure_scanning INTEGER;
ALTER TABLE info_system ADD COLUMN measure_encryption INTEGER;
ALTER TABLE info_system ADD COLUMN measure_audit INTEGER;
ALTER TABLE info_system ADD COLUMN expert_review_date TEXT;
ALTER TABLE info_system ADD COLUMN dept_approval_date TEXT;
ALTER TABLE info_system ADD COLUMN evaluator_cert_no TEXT;
ALTER TABLE info_system ADD COLUMN crypto_report_no TEXT;
ALTER TABLE info_system ADD COLUMN crypto_score_x100 INTEGER;
ALTER TABLE info_system ADD COLUMN crypto_eval_valid_to TEXT;
ALTER TABLE info_system ADD COLUMN crypto_filed_date TEXT;
ALTER TABLE info_system ADD COLUMN data_gb INTEGER;
ALTER TABLE system_endpoint ADD COLUMN port_purpose TEXT;

-- What two spellings of one name have in common; NULL: not worked out yet.
ALTER TABLE info_system ADD COLUMN name_key TEXT;
CREATE INDEX info_system_by_name_key ON info_system (unit_id, name_key);
CREATE INDEX info_system_by_wx ON info_system (wx_origin_id) WHERE wx_origin_id IS NOT NULL;
CREATE INDEX info_system_by_appid ON info_system (miniapp_appid) WHERE miniapp_appid IS NOT NULL;
CREATE INDEX info_system_by_package ON info_system (app_package) WHERE app_package IS NOT NULL;
CREATE INDEX info_system_by_contact ON info_system (unit_id, contact_name);
-- Host, port and path of an address: equal ones are one place. alive_at_ms: when a scan last had an answer from it.
ALTER TABLE system_endpoint ADD COLUMN place_key TEXT;
ALTER TABLE system_endpoint ADD COLUMN alive_at_ms INTEGER;
CREATE INDEX system_endpoint_by_place ON system_endpoint (place_key) WHERE valid_to IS NULL;
CREATE INDEX system_endpoint_by_alive ON system_endpoint (alive_at_ms);

-- Evaluations that newer ones have replaced; the newest stands in info_system.
CREATE TABLE system_evaluation (
    evaluation_id INTEGER PRIMARY KEY,
    system_id INTEGER NOT NULL REFERENCES info_system (system_id),
    eval_kind TEXT NOT NULL CHECK (eval_kind IN ('mlps', 'crypto')),
    evaluator TEXT,
    report_no TEXT,
    eval_date TEXT,
    eval_valid_to TEXT,
    eval_scheme TEXT,
    eval_conclusion TEXT,
    score_x100 INTEGER,
    major_risk_count INTEGER,
    major_risk_fixed INTEGER,
    replaced_at_ms INTEGER NOT NULL,
    replaced_by INTEGER NOT NULL
) STRICT;
CREATE INDEX system_evaluation_by_system ON system_evaluation (system_id, evaluation_id);

-- What is not right with an entry today. since_ms: what a due date counts from, NULL until it is worked out; told: the stage that the rules have
-- seen; fresh: found again by the running check.
CREATE TABLE registry_flaw (
    system_id INTEGER NOT NULL REFERENCES info_system (system_id),
    flaw_kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    since_ms INTEGER,
    on_date TEXT,
    peer_id INTEGER,
    told TEXT,
    fresh INTEGER NOT NULL,
    PRIMARY KEY (system_id, flaw_kind)
) STRICT;
CREATE INDEX registry_flaw_by_kind ON registry_flaw (flaw_kind, system_id);
CREATE INDEX registry_flaw_by_peer ON registry_flaw (peer_id);

-- How a unit reads headers that the program did not understand, or understood wrongly: by the header's plain spelling. field '': left out.
CREATE TABLE registry_header (
    unit_id INTEGER NOT NULL,
    header TEXT NOT NULL,
    field TEXT NOT NULL,
    chosen_by INTEGER NOT NULL,
    chosen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (unit_id, header)
) STRICT;

-- The survey of data (数据摸底调查): one row a category of a unit's own classification.
CREATE TABLE data_category (
    data_category_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    category_name TEXT NOT NULL,
    data_level TEXT NOT NULL,
    content TEXT,
    data_rows INTEGER,
    data_gb INTEGER,
    pi_count INTEGER,
    has_sensitive_pi INTEGER,
    data_source TEXT,
    storage_place TEXT,
    usage_desc TEXT,
    sharing_desc TEXT,
    share_flag INTEGER,
    open_flag INTEGER,
    cross_border_flag INTEGER,
    system_id INTEGER,
    responsible_dept TEXT,
    contact_name TEXT,
    contact_mobile TEXT,
    remark TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    valid_to TEXT,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX data_category_by_path ON data_category (unit_path, data_category_id);
CREATE UNIQUE INDEX data_category_by_name ON data_category (unit_id, category_name) WHERE valid_to IS NULL;
