using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace CloudBackup.FileTree;

/// <summary>
/// File names of any bytes as .NET strings, and back without loss. UTF-8 becomes what it says; a byte that is not part of valid UTF-8
/// becomes the lone surrogate U+DC00 + byte, which valid UTF-8 never yields (PEP 383, "surrogateescape").
/// </summary>
internal static class PathText
{
    private const int EscapeBase = 0xDC00;
    private const int LongestShown = 4096;
    private const int ShownStart = 100;
    private const int ShownEnd = 50;

    /// <summary>The text of a name's bytes.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : FromRawBytes(bytes);

    /// <summary>The bytes of a text made by <see cref="FromBytes"/>, or of any well-formed text.</summary>
    public static byte[] ToBytes(string text)
    {
        if (!HasRawBytes(text))
        {
            return Encoding.UTF8.GetBytes(text);
        }
        var bytes = new ArrayBufferWriter<byte>(text.Length * 2);
        WriteRaw(text, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Writes the bytes of <paramref name="text"/> to <paramref name="destination"/> and returns how many there are.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        var status = Utf8.FromUtf16(text, destination, out _, out var written, replaceInvalidSequences: false);
        if (status == OperationStatus.Done)
        {
            return written;
        }
        var bytes = ToBytes(text.ToString());
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    /// <summary>How many bytes <see cref="Encode"/> needs.</summary>
    public static int CountBytes(string text) => HasRawBytes(text) ? ToBytes(text).Length : Encoding.UTF8.GetByteCount(text);

    /// <summary>Whether the text stands for bytes that are not valid UTF-8.</summary>
    public static bool HasRawBytes(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return false;
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Like <see cref="ForDisplay"/>; of a path that is longer than programs take, only the beginning and the end. For messages and lists.
    /// </summary>
    public static string ForMessage(string path) =>
        path.Length <= LongestShown ? ForDisplay(path) : $"{ForDisplay(path[..ShownStart])}…{ForDisplay(path[^ShownEnd..])}";

    /// <summary>The text with every raw byte shown as <c>\xNN</c> and control characters escaped: for messages only.</summary>
    public static string ForDisplay(string text)
    {
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shown.Append(c).Append(text[++i]);
            }
            else if (char.IsSurrogate(c))
            {
                shown.Append("\\x").Append(((int)c & 0xFF).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else if (char.IsControl(c))
            {
                shown.Append("\\x").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(c);
            }
        }
        return shown.ToString();
    }

    private static string FromRawBytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }
            else
            {
                // Each byte on its own: the decoder's idea of how long a broken sequence is must not matter on the way back.
                consumed = 1;
                text.Append((char)(EscapeBase + bytes[0]));
            }
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    private static void WriteRaw(string text, ArrayBufferWriter<byte> bytes)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var span = bytes.GetSpan(4);
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                bytes.Advance(rune.EncodeToUtf8(span));
                i += rune.Utf16SequenceLength - 1;
            }
            else if (text[i] is >= (char)(EscapeBase + 0x80) and <= (char)(EscapeBase + 0xFF))
            {
                span[0] = (byte)(text[i] - EscapeBase);
                bytes.Advance(1);
            }
            else
            {
                bytes.Advance(Rune.ReplacementChar.EncodeToUtf8(span));
            }
        }
    }
}
