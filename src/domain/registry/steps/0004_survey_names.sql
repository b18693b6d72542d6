-- Two units that become one may bring categories of the same name: the name is held free when it is given, not by the table.
DROP INDEX data_category_by_name;
CREATE INDEX data_category_by_name ON data_category (unit_id, category_name);
