using System.Collections;
using System.Globalization;

namespace CloudBackup.HelpBuilder.Cmdlets;

/// <summary>The values that a cmdlet's parameters have when nobody gives any.</summary>
internal sealed class DefaultValues
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public DefaultValues(Type cmdlet)
    {
        var instance = Activator.CreateInstance(cmdlet)!;
        foreach (var property in cmdlet.GetProperties().Where(property => property.CanWrite && property.DeclaringType!.Assembly == cmdlet.Assembly))
        {
            if (TextOf(property.GetValue(instance)) is { Length: > 0 } text)
            {
                _texts[property.Name] = text;
            }
        }
        (instance as IDisposable)?.Dispose();
    }

    /// <summary>The value as text; null where there is none, or one that means nothing was given.</summary>
    public string? Of(string parameter) => _texts.GetValueOrDefault(parameter);

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        IEnumerable items => string.Join(", ", items.Cast<object>()),
        ValueType when value.Equals(Activator.CreateInstance(value.GetType())) => null,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
