-- Two roles: cmbank_owner owns the tables and runs migrations; cmbank_app is what web, worker and beat use.
-- The app can read and change rows, never tables: no TRUNCATE, no ALTER, no trigger switched off.
-- MAINTAIN lets it refresh the planner's statistics after a load, nothing else.
-- Run once, by the administrator, inside the bank's empty database.

\set ON_ERROR_STOP on
\getenv owner_password DB_OWNER_PASSWORD
\getenv app_password DB_APP_PASSWORD

CREATE ROLE cmbank_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE cmbank_app LOGIN PASSWORD :'app_password';

-- Owning the database lets the owner create the (trusted) extensions that migrations ask for.
ALTER DATABASE :"DBNAME" OWNER TO cmbank_owner;
ALTER SCHEMA public OWNER TO cmbank_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- TEMPORARY: extracts are staged in temporary tables.
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO cmbank_app;
GRANT USAGE ON SCHEMA public TO cmbank_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cmbank_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO cmbank_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cmbank_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO cmbank_app;
