-- What messaging keeps beside its messages, which are in DynamoDB (docs/messaging.md). No cached load reads these tables, so
-- their changes raise no version.

-- Writes whose tags were raised already: the one who wrote and the one who reads the stream raise them once between them.
CREATE TABLE "message_write" (
    "write_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "message_write_pkey" PRIMARY KEY ("write_id")
);

-- Old ones are deleted by age.
CREATE INDEX "message_write_at_idx" ON "message_write"("at");

-- How far each shard of the stream was read, and by whom.
CREATE TABLE "stream_shard" (
    "stream_arn" TEXT NOT NULL,
    "shard_id" TEXT NOT NULL,
    "checkpoint" TEXT,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "stream_shard_pkey" PRIMARY KEY ("stream_arn","shard_id")
);

-- Messages in the order in which the stream brought them: what live clients resume from.
CREATE TABLE "message_event" (
    "seq" BIGINT GENERATED ALWAYS AS IDENTITY,
    "conversation_id" UUID NOT NULL,
    "message_id" TEXT NOT NULL,
    "participants" UUID[] NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_event_pkey" PRIMARY KEY ("seq")
);

CREATE UNIQUE INDEX "message_event_message_id_key" ON "message_event"("message_id");
