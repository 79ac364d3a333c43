using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace CloudBackup.Storage.S3;

/// <summary>The body of an answer that should be XML: read once as a whole, before anything believes it.</summary>
internal sealed partial class AnswerText
{
    private const int LongestWords = 120;
    private const string CommentStart = "<!--";
    private const string CommentEnd = "-->";

    /// <summary>Where control characters, which XML has no way to write, are put meanwhile: 32 characters that no text has.</summary>
    private const char FirstStandIn = '\ufdd0';

    private const char LastStandIn = '\ufdef';

    private readonly string _contentType;

    /// <summary>Looks at a body.</summary>
    public AnswerText(byte[] bytes, string? contentType)
    {
        _contentType = contentType ?? "";
        Text = Encoding.UTF8.GetString(bytes).TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (NotXml().IsMatch(Text))
        {
            Text = NotXml().Replace(Text, match => StandIn(match.Value));
        }
        (Root, Fault, Oddity) = ReadThrough(Text);
    }

    /// <summary>The text, such that XML can have it.</summary>
    public string Text { get; }

    /// <summary>The name of the outermost element; null when this is not XML.</summary>
    public string? Root { get; }

    /// <summary>Why this is not XML.</summary>
    public string Fault { get; }

    /// <summary>The first element whose text is not what such an element may hold; null when there is none.</summary>
    public string? Oddity { get; }

    /// <summary>Whether nothing came.</summary>
    public bool IsEmpty => Text.Length == 0;

    /// <summary>Whether it is a page for people, or the answer of another kind of service.</summary>
    public bool IsForeign => IsPage || IsJson;

    private bool IsPage => _contentType.StartsWith("text/html", StringComparison.OrdinalIgnoreCase)
        || string.Equals(Root, "html", StringComparison.OrdinalIgnoreCase)
        || StartsAsPage(Text);

    private bool IsJson => Root is null && Text.Length > 0 && Text[0] is '{' or '[';

    /// <summary>What came, in the words that it has.</summary>
    public string Describe() => this switch
    {
        { IsEmpty: true } => "nothing",
        { IsPage: true } => $"a web page (HTML: '{Words(Text)}')",
        { IsJson: true } => $"JSON ('{Words(Text)}')",
        { Root: { } root } => $"<{Clip(root)}>",
        _ => $"something that is not XML ('{Words(Text)}'; {Clip(Fault)})",
    };

    /// <summary>What a text says to people, in one line: without marks and control characters, and not all of it.</summary>
    public static string Words(string text)
    {
        var plain = WebUtility.HtmlDecode(Marks().Replace(text.Length > 8192 ? text[..8192] : text, " "));
        var visible = new string([.. plain.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is >= FirstStandIn and <= LastStandIn ? ' ' : c)]);
        return Clip(Blanks().Replace(visible, " ").Trim());
    }

    /// <summary>Puts control characters back where they were.</summary>
    public static string Restore(string text) => text.AsSpan().IndexOfAnyInRange(FirstStandIn, LastStandIn) < 0
        ? text
        : string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from[i] is >= FirstStandIn and <= LastStandIn ? (char)(from[i] - FirstStandIn) : from[i];
            }
        });

    /// <summary>Whether the first mark behind blanks and comments is that of a page. The body is another party's: each character is read once.</summary>
    private static bool StartsAsPage(string text)
    {
        var rest = text.AsSpan().TrimStart();
        while (rest.StartsWith(CommentStart))
        {
            var end = rest[CommentStart.Length..].IndexOf(CommentEnd);
            if (end < 0)
            {
                return false;
            }
            rest = rest[(CommentStart.Length + end + CommentEnd.Length)..].TrimStart();
        }
        return PageMark().IsMatch(rest);
    }

    private static string StandIn(string match)
    {
        var code = match.Length == 1 ? match[0] : CodeOf(match);
        return code switch
        {
            '\t' or '\n' or '\r' => match,
            < ' ' => ((char)(FirstStandIn + code)).ToString(),
            0xfffe or 0xffff or (>= 0xd800 and <= 0xdfff) => "\ufffd",
            _ => match,
        };
    }

    private static int CodeOf(string reference)
    {
        var isHex = reference[2] is 'x';
        var digits = reference.AsSpan(isHex ? 3 : 2);
        return int.TryParse(digits[..^1], isHex ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : int.MaxValue;
    }

    private static (string? Root, string Fault, string? Oddity) ReadThrough(string text)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), settings);
            var (root, oddity, name) = ((string?)null, (string?)null, "");
            while (reader.Read())
            {
                name = reader.NodeType == XmlNodeType.Element ? reader.LocalName : reader.NodeType == XmlNodeType.EndElement ? "" : name;
                root ??= name.Length > 0 ? name : null;
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && !AnswerValues.IsElementReadable(name, reader.Value))
                {
                    oddity ??= $"<{name}> '{Words(reader.Value)}'";
                }
            }
            return (root, "", oddity);
        }
        catch (XmlException failure)
        {
            return (null, failure.Message, null);
        }
    }

    private static string Clip(string text) => text.Length > LongestWords ? text[..LongestWords] + "\u2026" : text;

    [GeneratedRegex(@"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x[0-9a-fA-F]{1,8}|[0-9]{1,9});")]
    private static partial Regex NotXml();

    [GeneratedRegex(@"\A<(?:!doctype\s+html|html|head|body)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PageMark();

    [GeneratedRegex(@"<(?:script|style)\b.*?</(?:script|style)>|<[^<>]*>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
