using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Search : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "indexed_version",
                table: "images",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "image_words",
                columns: table => new
                {
                    image_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    word = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    listed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_image_words", x => new { x.image_id, x.word });
                    table.ForeignKey(
                        name: "FK_image_words_images_image_id",
                        column: x => x.image_id,
                        principalTable: "images",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_images_unindexed",
                table: "images",
                column: "id",
                filter: "indexed_version <> version");

            migrationBuilder.CreateIndex(
                name: "ix_image_words_listed",
                table: "image_words",
                columns: new[] { "word", "image_id" },
                filter: "listed");

            migrationBuilder.CreateIndex(
                name: "ix_image_words_owner",
                table: "image_words",
                columns: new[] { "owner_id", "word", "image_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "image_words");

            migrationBuilder.DropIndex(
                name: "ix_images_unindexed",
                table: "images");

            migrationBuilder.DropColumn(
                name: "indexed_version",
                table: "images");
        }
    }
}
