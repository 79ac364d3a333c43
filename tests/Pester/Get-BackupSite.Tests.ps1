Describe 'Get-BackupSite' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestPlatform
        'alpha', 'beta', 'gamma' | ForEach-Object { $null = New-BackupSite $_ noop -WarningAction SilentlyContinue }
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'lists all sites by name' {
        (Get-BackupSite).Name | Should -Be 'alpha', 'beta', 'gamma'
    }

    It 'takes names and wildcards as a parameter' {
        (Get-BackupSite beta).Name | Should -Be beta
        (Get-BackupSite -Name *mm*, a*).Name | Should -Be 'gamma', 'alpha'
    }

    It 'takes names from the pipeline' {
        ('gamma', 'al*' | Get-BackupSite).Name | Should -Be 'gamma', 'alpha'
    }

    It 'takes names from the pipeline by property name' {
        ([pscustomobject] @{ Name = 'beta' } | Get-BackupSite).Name | Should -Be beta
    }

    It 'lists only the default site with -Default' {
        (Get-BackupSite -Default).Name | Should -Be alpha
    }

    It 'is silent when a pattern matches nothing' {
        Get-BackupSite z* | Should -BeNullOrEmpty
    }

    It 'names a missing site, and still lists the others' {
        $found = Get-BackupSite alpha, nothing, gamma -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'alpha', 'gamma'
        $failures[0].FullyQualifiedErrorId | Should -Be 'SiteNotFound,CloudBackup.Commands.GetBackupSiteCommand'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'looks at another platform with -PlatformHome' {
        $null = New-BackupSite there filesystem -Path "$root/other" -ExternalDisk -PlatformHome "$root/elsewhere"
        (Get-BackupSite -PlatformHome "$root/elsewhere").Name | Should -Be there
    }

    It 'makes no platform where there is none' {
        { Get-BackupSite -PlatformHome "$root/mistyped" -ErrorAction Stop } | Should -Throw -ErrorId 'PlatformNotFound,*'
        "$root/mistyped" | Should -Not -Exist
    }
}
