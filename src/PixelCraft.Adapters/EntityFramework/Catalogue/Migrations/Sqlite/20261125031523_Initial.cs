using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "images",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    title = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 5000, nullable: false),
                    tags = table.Column<string>(type: "TEXT", nullable: false),
                    visibility = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: false),
                    failure_reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    file_name = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    width = table.Column<int>(type: "INTEGER", nullable: false),
                    height = table.Column<int>(type: "INTEGER", nullable: false),
                    thumb_hash = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    content_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    variants = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    trashed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_images", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "image_tags",
                columns: table => new
                {
                    image_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    tag = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    listed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_image_tags", x => new { x.image_id, x.tag });
                    table.ForeignKey(
                        name: "FK_image_tags_images_image_id",
                        column: x => x.image_id,
                        principalTable: "images",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_listed",
                table: "image_tags",
                columns: new[] { "tag", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_owner",
                table: "image_tags",
                columns: new[] { "owner_id", "tag", "image_id" });

            migrationBuilder.CreateIndex(
                name: "ix_image_tags_owner_listed",
                table: "image_tags",
                columns: new[] { "owner_id", "tag", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_images_gallery",
                table: "images",
                column: "id",
                filter: "visibility = 2 AND status = 1 AND trashed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_owner",
                table: "images",
                columns: new[] { "owner_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_images_owner_visibility",
                table: "images",
                columns: new[] { "owner_id", "visibility", "id" },
                filter: "trashed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_processing",
                table: "images",
                column: "created_at",
                filter: "status = 0");

            migrationBuilder.CreateIndex(
                name: "ix_images_trash",
                table: "images",
                columns: new[] { "owner_id", "id" },
                filter: "trashed_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "image_tags");

            migrationBuilder.DropTable(
                name: "images");
        }
    }
}
