using System.Text;

namespace CloudBackup.NoticeBuilder;

/// <summary>
/// <c>NoticeBuilder PACKAGES LIST OUTPUT</c>: writes one file with the notices of all packages in a list. Each line of the list is a
/// package and its version, as in <c>Polly.Core/8.9.1</c>; the folder PACKAGES holds them unpacked. Writes nothing when the licence text of a package is unknown.
/// </summary>
internal static class Program
{
    private const string Introduction =
        "CloudBackup ships with the packages below. Each is the work of its authors and has its own licence.\n"
        + "The licence of CloudBackup itself is in LICENSE.\n";

    private static int Main(string[] arguments)
    {
        if (arguments is not [var packages, var list, var output])
        {
            Console.Error.WriteLine("Usage: NoticeBuilder PACKAGES LIST OUTPUT");
            return 2;
        }
        try
        {
            var notices = File.ReadAllLines(list).Where(line => line.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(line => PackageNotice.Read(Path.Join(packages, line.ToLowerInvariant()))).OrderBy(notice => notice.Id, StringComparer.OrdinalIgnoreCase).ToList();
            File.WriteAllText(output, Text(notices), new UTF8Encoding(false));
            return 0;
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            Console.Error.WriteLine($"{list}: error NOTICE: {problem.Message}");
            return 1;
        }
    }

    private static string Text(List<PackageNotice> notices)
    {
        var text = new StringBuilder(Introduction);
        foreach (var notice in notices)
        {
            text.Append('\n').Append('=', 80).Append('\n').Append(notice.Header).Append('\n').Append(notice.License).Append('\n');
        }
        return text.ToString();
    }
}
