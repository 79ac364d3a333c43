using System.Text;
using Markdig.Syntax.Inlines;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>Markdown inside a paragraph as plain text: no marks, one line.</summary>
internal static class PlainText
{
    public static string Of(ContainerInline? inline)
    {
        var text = new StringBuilder();
        Append(text, inline);
        return text.ToString().Trim();
    }

    private static void Append(StringBuilder text, ContainerInline? container)
    {
        foreach (var inline in container ?? [])
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content);
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case LineBreakInline:
                    text.Append(' ');
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded);
                    break;
                case AutolinkInline address:
                    text.Append(address.Url);
                    break;
                case LinkInline link:
                    Append(text, link);
                    if (Uri.IsWellFormedUriString(link.Url, UriKind.Absolute))
                    {
                        text.Append(" (").Append(link.Url).Append(')');
                    }
                    break;
                case ContainerInline inner:
                    Append(text, inner);
                    break;
                default:
                    // Html and the like: what has no meaning in a terminal would be shown as marks.
                    throw new InvalidDataException($"Line {inline.Line + 1}: {inline.GetType().Name} cannot be shown as plain text.");
            }
        }
    }
}
