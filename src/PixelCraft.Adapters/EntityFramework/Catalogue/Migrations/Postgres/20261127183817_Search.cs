using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Search : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "indexed_version",
                schema: "catalogue",
                table: "images",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "image_words",
                schema: "catalogue",
                columns: table => new
                {
                    image_id = table.Column<Guid>(type: "uuid", nullable: false),
                    word = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    listed = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_image_words", x => new { x.image_id, x.word });
                    table.ForeignKey(
                        name: "FK_image_words_images_image_id",
                        column: x => x.image_id,
                        principalSchema: "catalogue",
                        principalTable: "images",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_images_unindexed",
                schema: "catalogue",
                table: "images",
                column: "id",
                filter: "indexed_version <> version");

            migrationBuilder.CreateIndex(
                name: "ix_image_words_listed",
                schema: "catalogue",
                table: "image_words",
                columns: new[] { "word", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_image_words_owner",
                schema: "catalogue",
                table: "image_words",
                columns: new[] { "owner_id", "word", "image_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "image_words",
                schema: "catalogue");

            migrationBuilder.DropIndex(
                name: "ix_images_unindexed",
                schema: "catalogue",
                table: "images");

            migrationBuilder.DropColumn(
                name: "indexed_version",
                schema: "catalogue",
                table: "images");
        }
    }
}
