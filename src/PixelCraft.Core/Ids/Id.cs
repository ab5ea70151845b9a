using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PixelCraft.Ids;

/// <summary>
/// The id of a record: a UUIDv7 (RFC 9562 section 5.7) whose 12 bits after the version are the owner's
/// <see cref="Shard"/>, followed by 62 random bits. It sorts by the millisecond of its making, says where its record
/// is, and can't be guessed. Written as 26 characters of Crockford's base 32 in lower case, which sort alike.
/// </summary>
[JsonConverter(typeof(IdJsonConverter))]
[TypeConverter(typeof(IdTypeConverter))]
public readonly record struct Id : IComparable<Id>, ISpanParsable<Id>, ISpanFormattable
{
    /// <summary>Characters of the written form.</summary>
    public const int TextLength = 26;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly UInt128 _value;

    private Id(UInt128 value) => _value = value;

    /// <summary>When it was made, to the millisecond, UTC.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds((long)(ulong)(_value >> 80));

    /// <summary>The logical shard that holds the record, 0 to 4,095.</summary>
    public Shard Shard => new((ushort)((ulong)(_value >> 64) & 0xfff));

    internal static Id Create(DateTimeOffset time, Shard shard, ulong random)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, (1L << 48) - 1);
        var upper = ((ulong)milliseconds << 16) | 0x7000 | shard.Number;
        var lower = (random & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        return new Id(new UInt128(upper, lower));
    }

    /// <summary>The same 128 bits as a UUID.</summary>
    public Guid ToGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The id that a UUID stands for; any version is taken, as stores hand back what they were given.</summary>
    public static Id FromGuid(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return FromBytes(bytes);
    }

    /// <summary>The 16 bytes in network order, which sort as the id does.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 16 bytes.</exception>
    public static Id FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <inheritdoc/>
    public int CompareTo(Id other) => _value.CompareTo(other._value);

    /// <summary>Whether <paramref name="a"/> sorts before <paramref name="b"/>: it is older.</summary>
    public static bool operator <(Id a, Id b) => a._value < b._value;

    /// <summary>Whether <paramref name="a"/> sorts after <paramref name="b"/>: it is newer.</summary>
    public static bool operator >(Id a, Id b) => a._value > b._value;

    /// <summary>Whether <paramref name="a"/> is not newer than <paramref name="b"/>.</summary>
    public static bool operator <=(Id a, Id b) => a._value <= b._value;

    /// <summary>Whether <paramref name="a"/> is not older than <paramref name="b"/>.</summary>
    public static bool operator >=(Id a, Id b) => a._value >= b._value;

    /// <summary>The 26 characters.</summary>
    public override string ToString() => string.Create(TextLength, _value, static (text, value) => Write(text, value));

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        if (destination.Length < TextLength) return false;
        Write(destination, _value);
        charsWritten = TextLength;
        return true;
    }

    /// <summary>Reads the written form. There is one way to write an id: capitals and Crockford's look-alikes are refused.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Id id)
    {
        id = default;
        // 26 characters hold 130 bits: the first one may only be 0 to 7.
        if (text.Length != TextLength || text[0] is < '0' or > '7') return false;
        UInt128 value = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return false;
            value = (value << 5) | (uint)digit;
        }
        id = new Id(value);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Id result) => TryParse(s, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id result) => TryParse(s, out result);

    /// <inheritdoc/>
    public static Id Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static Id Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, out var id) ? id : throw new FormatException($"'{s}' is not an id: 26 characters of 0-9 and a-z without i, l, o and u.");

    private static void Write(Span<char> text, UInt128 value)
    {
        // Twelve digits of 5 bits at a time: shifting 128 bits for each is many times slower.
        Write(text[14..], (ulong)value);
        Write(text[2..14], (ulong)(value >> 60));
        var first = (int)(value >> 120);
        text[1] = Alphabet[first & 31];
        text[0] = Alphabet[first >> 5];
    }

    private static void Write(Span<char> text, ulong bits)
    {
        for (var i = 11; i >= 0; i--, bits >>= 5) text[i] = Alphabet[(int)bits & 31];
    }

    internal sealed class IdJsonConverter : JsonConverter<Id>
    {
        public override Id Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not an id.");

        public override void Write(Utf8JsonWriter writer, Id value, JsonSerializerOptions options)
        {
            Span<char> text = stackalloc char[TextLength];
            Id.Write(text, value._value);
            writer.WriteStringValue(text);
        }
    }

    /// <summary>ASP.NET Core Identity turns keys into text and back through it.</summary>
    private sealed class IdTypeConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override bool CanConvertTo(ITypeDescriptorContext? context, Type? destinationType) => destinationType == typeof(string);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => Parse((string)value, culture);

        public override object? ConvertTo(ITypeDescriptorContext? context, CultureInfo? culture, object? value, Type destinationType) => value?.ToString();
    }
}
