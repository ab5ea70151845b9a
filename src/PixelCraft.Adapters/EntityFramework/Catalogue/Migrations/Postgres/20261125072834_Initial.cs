using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "catalogue");

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "catalogue",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    claim = table.Column<Guid>(type: "uuid", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    status = table.Column<int>(type: "integer", nullable: false),
                    location = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    body = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_idempotency_keys", x => new { x.owner_id, x.key });
                });

            migrationBuilder.CreateTable(
                name: "images",
                schema: "catalogue",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    title = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    description = table.Column<string>(type: "character varying(5000)", maxLength: 5000, nullable: false),
                    tags = table.Column<string>(type: "text", nullable: false),
                    visibility = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    failure_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    file_name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    content_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    width = table.Column<int>(type: "integer", nullable: false),
                    height = table.Column<int>(type: "integer", nullable: false),
                    thumb_hash = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    dominant_colour = table.Column<string>(type: "character varying(7)", maxLength: 7, nullable: true),
                    content_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    variants = table.Column<string>(type: "text", nullable: false),
                    avif_done = table.Column<bool>(type: "boolean", nullable: false),
                    metadata = table.Column<string>(type: "text", nullable: true),
                    taken_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    trashed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_images", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "reservations",
                schema: "catalogue",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_reservations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "storage_use",
                schema: "catalogue",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    used = table.Column<long>(type: "bigint", nullable: false),
                    reserved = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_storage_use", x => x.owner_id);
                });

            migrationBuilder.CreateTable(
                name: "transforms",
                schema: "catalogue",
                columns: table => new
                {
                    image_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(150)", maxLength: 150, nullable: false),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transforms", x => new { x.image_id, x.name });
                });

            migrationBuilder.CreateTable(
                name: "uploads",
                schema: "catalogue",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    length = table.Column<long>(type: "bigint", nullable: true),
                    offset = table.Column<long>(type: "bigint", nullable: false),
                    file_name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    visibility = table.Column<int>(type: "integer", nullable: false),
                    metadata = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    concatenation = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    store_upload = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    content_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    image_id = table.Column<Guid>(type: "uuid", nullable: true),
                    lock_holder = table.Column<Guid>(type: "uuid", nullable: true),
                    locked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_uploads", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "image_tags",
                schema: "catalogue",
                columns: table => new
                {
                    image_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tag = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    listed = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_image_tags", x => new { x.image_id, x.tag });
                    table.ForeignKey(
                        name: "FK_image_tags_images_image_id",
                        column: x => x.image_id,
                        principalSchema: "catalogue",
                        principalTable: "images",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_expires",
                schema: "catalogue",
                table: "idempotency_keys",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_listed",
                schema: "catalogue",
                table: "image_tags",
                columns: new[] { "tag", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_owner",
                schema: "catalogue",
                table: "image_tags",
                columns: new[] { "owner_id", "tag", "image_id" });

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_owner_listed",
                schema: "catalogue",
                table: "image_tags",
                columns: new[] { "owner_id", "tag", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_images_avif",
                schema: "catalogue",
                table: "images",
                column: "id",
                filter: "status = 1 AND trashed_at IS NULL AND NOT avif_done");

            migrationBuilder.CreateIndex(
                name: "ix_images_gallery",
                schema: "catalogue",
                table: "images",
                column: "id",
                filter: "visibility = 2 AND status = 1 AND trashed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_owner",
                schema: "catalogue",
                table: "images",
                columns: new[] { "owner_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_images_owner_visibility",
                schema: "catalogue",
                table: "images",
                columns: new[] { "owner_id", "visibility", "id" },
                filter: "trashed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_processing",
                schema: "catalogue",
                table: "images",
                column: "created_at",
                filter: "status = 0");

            migrationBuilder.CreateIndex(
                name: "ix_images_trash",
                schema: "catalogue",
                table: "images",
                columns: new[] { "owner_id", "id" },
                filter: "trashed_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_trashed_at",
                schema: "catalogue",
                table: "images",
                column: "trashed_at",
                filter: "trashed_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ux_images_owner_sha256",
                schema: "catalogue",
                table: "images",
                columns: new[] { "owner_id", "sha256" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_reservations_expires",
                schema: "catalogue",
                table: "reservations",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_reservations_owner",
                schema: "catalogue",
                table: "reservations",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_uploads_expires",
                schema: "catalogue",
                table: "uploads",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_uploads_owner",
                schema: "catalogue",
                table: "uploads",
                column: "owner_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "image_tags",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "reservations",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "storage_use",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "transforms",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "uploads",
                schema: "catalogue");

            migrationBuilder.DropTable(
                name: "images",
                schema: "catalogue");
        }
    }
}
