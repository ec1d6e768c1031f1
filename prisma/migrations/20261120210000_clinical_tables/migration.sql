-- Trigram search in names. A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Folds a name, or a search term, to what it is sorted by and searched in: lower case, no accents, letters that have no
-- decomposition spelled out, one kind of apostrophe and dash, single spaces. For example: "  Ångström  Ødegård-Weiß " gives
-- "angstrom odegard-weiss". The collation is PostgreSQL's own, so that the result is the same under any locale of the
-- database; the database must be UTF-8.
CREATE FUNCTION name_key(name text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN btrim(regexp_replace(
    replace(replace(replace(replace(replace(
      translate(
        lower(regexp_replace(
          normalize(translate(name, '’‘ʼʻ`´', ''''''''''''''), NFKD),
          -- Combining marks, soft hyphens, characters without width.
          '[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F\u00AD\u200B-\u200D\u2060\uFEFF]', '', 'g'
        ) COLLATE pg_catalog.pg_c_utf8),
        'øłđðħıŧς‐‑‒–—', 'olddhitσ-----'),
      'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ŋ', 'ng'),
    '\s+', ' ', 'g'));

-- CreateEnum
CREATE TYPE "gender" AS ENUM ('male', 'female', 'other', 'unknown');

-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('clinician', 'patient', 'admin');

-- CreateTable
CREATE TABLE "patient" (
    "id" UUID NOT NULL,
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "birth_date" DATE NOT NULL,
    "death_date" DATE,
    "gender" "gender" NOT NULL,
    "phone" TEXT,
    "email" TEXT,
    "address" TEXT,
    "name_key" TEXT COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (name_key("family_name" || ' ' || "given_name")) STORED,

    CONSTRAINT "patient_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "patient_names_check" CHECK (btrim("given_name") <> '' AND btrim("family_name") <> ''),
    -- A date that JSON clients can read; it keeps 'infinity' out, too.
    CONSTRAINT "patient_birth_date_check" CHECK ("birth_date" BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'),
    CONSTRAINT "patient_death_date_check" CHECK ("death_date" BETWEEN "birth_date" AND DATE '9999-12-31')
);

-- CreateTable
CREATE TABLE "exam" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "code_system" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "result" TEXT,
    "unit" TEXT,
    "date" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "exam_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "exam_texts_check" CHECK ("code" <> '' AND "code_system" <> '' AND btrim("name") <> ''),
    CONSTRAINT "exam_date_check"
        CHECK ("date" >= TIMESTAMPTZ '1000-01-01 00:00:00+00' AND "date" < TIMESTAMPTZ '10000-01-01 00:00:00+00')
);

-- CreateTable
CREATE TABLE "medication" (
    "id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "code_system" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "dosage" TEXT,
    "date" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "medication_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "medication_texts_check"
        CHECK ("code" <> '' AND "code_system" <> '' AND btrim("name") <> '' AND "status" <> ''),
    CONSTRAINT "medication_date_check"
        CHECK ("date" >= TIMESTAMPTZ '1000-01-01 00:00:00+00' AND "date" < TIMESTAMPTZ '10000-01-01 00:00:00+00')
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "handle" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "role" "user_role" NOT NULL,
    "patient_id" UUID,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "app_user_names_check" CHECK (btrim("handle") <> '' AND btrim("display_name") <> '')
);

-- CreateIndex
CREATE INDEX "patient_name_key_id_idx" ON "patient"("name_key", "id");

-- CreateIndex
CREATE INDEX "patient_name_key_trgm_idx" ON "patient" USING GIN ("name_key" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "exam_patient_id_date_id_idx" ON "exam"("patient_id", "date" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "medication_patient_id_date_id_idx" ON "medication"("patient_id", "date" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "app_user_handle_key" ON "app_user"("handle");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_patient_id_key" ON "app_user"("patient_id");

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "medication" ADD CONSTRAINT "medication_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE SET NULL ON UPDATE CASCADE;
